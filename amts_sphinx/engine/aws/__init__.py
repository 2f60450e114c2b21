"""Jobs at Amazon, whichever service does them: started once, by whoever builds first.

:mod:`client` is the way to AWS and to the bucket, :mod:`errors` says what its faults
mean, :mod:`journal` is the jobs as this computer knows them, :mod:`index` the jobs as
the bucket tells of them. :mod:`jobs` starts them and waits, :mod:`results` fetches what
they leave, :mod:`watch` looks at several, :mod:`batch` brings texts through them.
:mod:`service` says what a service must have for that.
"""
