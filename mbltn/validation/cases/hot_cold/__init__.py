"""Cases of paper B by topic; `continuum` of the folder above joins them."""
