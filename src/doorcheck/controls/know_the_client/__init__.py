"""The control ``know-the-client``: is the address that calls are counted by one that the caller cannot choose?"""
