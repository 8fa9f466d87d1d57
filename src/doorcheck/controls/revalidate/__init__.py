"""The control ``revalidate``: does what the door changes stay stale where it is kept?"""
