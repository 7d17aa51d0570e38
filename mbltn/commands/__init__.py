"""The commands of `mbltn`, one topic a file; `mbltn.cli` joins them."""
