"""The control ``encode-output``: is what callers send still markup where it stands in HTML?"""
