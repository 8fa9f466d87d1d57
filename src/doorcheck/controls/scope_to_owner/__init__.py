"""The control ``scope-to-owner``: whose record is it?"""
