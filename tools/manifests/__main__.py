"""Writes the generated Kubernetes manifests: `make manifests`."""

from tools.manifests.generate import COMPONENTS, manifests


def main() -> None:
    """Write one file for each manifest."""
    for name, text in manifests().items():
        (COMPONENTS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
