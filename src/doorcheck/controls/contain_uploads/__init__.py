"""The control ``contain-uploads``: what may a caller put into the server's files and stores?"""
