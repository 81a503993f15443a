"""Social networks: one file per network behind the contract of `base.py`; `registry.py` finds them by kind."""
