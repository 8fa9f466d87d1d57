"""The control ``authenticate``: who is calling?"""
