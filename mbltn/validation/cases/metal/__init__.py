"""Cases of paper A by topic; `nearly_mbl_metal` of the folder above joins them."""
