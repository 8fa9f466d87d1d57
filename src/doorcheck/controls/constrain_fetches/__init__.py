"""The control ``constrain-fetches``: does the server call addresses that the caller chose?"""
