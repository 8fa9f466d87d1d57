"""``send-headers``: the headers by which browsers protect whoever opens a page."""
