"""The control ``return-less``: do answers carry columns that are nobody's business?"""
