"""To be written."""


def main() -> None: ...
