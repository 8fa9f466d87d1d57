"""The control ``cap-usage``: is what one call may use up bounded, and what one account may?"""
