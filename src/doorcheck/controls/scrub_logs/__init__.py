"""The control ``scrub-logs``: does something secret end in a log?"""
