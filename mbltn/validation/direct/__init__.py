"""What needs no Hamiltonian, evaluated without `mbltn.theory`: the other side of many cases.

Sums over orders term by term, integrals by quadrature, roots by looking for a change of sign,
averages over the random process that a formula stands for. Tables of `mbltn.validation.tables`.
"""
