"""The keyed hash that stands for a respondent. The key comes from COLLOQUE_KEY, else from a fixed, public default.

With the public default anybody who knows a patient number can compute its pseudonym: good for demonstrations and
virtual respondents, not for real ones. Knows nothing of forms.
"""

import hashlib
import os

__all__ = ["PUBLIC_KEY", "key_from_environment", "pseudonym"]

PUBLIC_KEY = "colloque public key: set COLLOQUE_KEY for real patients"


def key_from_environment() -> str:
    """The secret of this team, or the public default that makes runs reproducible."""
    return os.environ.get("COLLOQUE_KEY") or PUBLIC_KEY


def pseudonym(prefix: str, key: str, *parts: str) -> str:
    """`r-51c0…`: 12 hexadecimal digits of keyed BLAKE2b over the parts."""
    secret = hashlib.blake2b(key.encode("utf-8"), digest_size=32).digest()
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return f"{prefix}-{hashlib.blake2b(text, key=secret, digest_size=6).hexdigest()}"
