"""The control ``derive-identity``: who says who it is, and what they may?"""
