"""The control ``hide-errors``: does an answer carry the text of a failure?"""
