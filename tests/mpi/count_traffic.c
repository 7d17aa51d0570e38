/* Counts what a process sends, between the program and its MPI library (the PMPI interface).

   mpicc -shared -fPIC count_traffic.c -o count_traffic.so, then LD_PRELOAD it. Arrays of numbers and
   pickled objects (MPI_BYTE) are counted apart. */

#include <mpi.h>

enum { MESSAGES, SENT, SUMS, SUMMED, GATHERS, GATHERED, CASTS, CAST, DEALS, DEALT, WAITS, OBJECTS, KINDS };

static double counted[KINDS];

void traffic_reset(void) {
    for (int i = 0; i < KINDS; i++) counted[i] = 0;
}

void traffic_read(double *into) {
    for (int i = 0; i < KINDS; i++) into[i] = counted[i];
}

static double bytes(double count, MPI_Datatype type) {
    int size;
    PMPI_Type_size(type, &size);
    return count * size;
}

static void add(int kind, double size) {
    counted[kind] += 1;
    counted[kind + 1] += size;
}

int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int dest, int tag, MPI_Comm comm,
              MPI_Request *request) {
    add(MESSAGES, bytes(count, type));
    return PMPI_Isend(buffer, count, type, dest, tag, comm, request);
}

int MPI_Send(const void *buffer, int count, MPI_Datatype type, int dest, int tag, MPI_Comm comm) {
    add(MESSAGES, bytes(count, type));
    return PMPI_Send(buffer, count, type, dest, tag, comm);
}

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
    add(SUMS, bytes(count, type));
    return PMPI_Allreduce(from, to, count, type, op, comm);
}

int MPI_Allgather(const void *from, int sent, MPI_Datatype sent_type, void *to, int count,
                  MPI_Datatype type, MPI_Comm comm) {
    counted[OBJECTS] += 1; /* only the sizes of pickled objects travel so */
    return PMPI_Allgather(from, sent, sent_type, to, count, type, comm);
}

int MPI_Allgatherv(const void *from, int sent, MPI_Datatype sent_type, void *to, const int *counts,
                   const int *places, MPI_Datatype type, MPI_Comm comm) {
    int size;
    double total = 0;
    PMPI_Comm_size(comm, &size);
    for (int i = 0; i < size; i++) total += counts[i];
    if (type != MPI_BYTE) add(GATHERS, bytes(total, type));
    return PMPI_Allgatherv(from, sent, sent_type, to, counts, places, type, comm);
}

int MPI_Bcast(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm) {
    if (type == MPI_BYTE) add(CASTS, bytes(count, type));
    return PMPI_Bcast(buffer, count, type, root, comm);
}

int MPI_Alltoallv(const void *from, const int *sent, const int *places, MPI_Datatype sent_type,
                  void *to, const int *counts, const int *to_places, MPI_Datatype type, MPI_Comm comm) {
    int rank, size;
    double total = 0;
    PMPI_Comm_rank(comm, &rank);
    PMPI_Comm_size(comm, &size);
    for (int i = 0; i < size; i++) total += i == rank ? 0 : sent[i];
    add(DEALS, bytes(total, sent_type));
    return PMPI_Alltoallv(from, sent, places, sent_type, to, counts, to_places, type, comm);
}

int MPI_Barrier(MPI_Comm comm) {
    counted[WAITS] += 1;
    return PMPI_Barrier(comm);
}
