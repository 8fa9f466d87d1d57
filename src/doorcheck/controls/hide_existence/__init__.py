"""The control ``hide-existence``: does a refusal tell that there is such a record?"""
