"""The control ``verify-webhooks``: was this delivery sent by whom it says?"""
