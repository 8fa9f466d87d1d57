"""The control ``seal-session``: does what is the server's stay on the server?"""
