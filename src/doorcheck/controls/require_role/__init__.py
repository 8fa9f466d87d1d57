"""The control ``require-role``: may this account do what administrators do?"""
