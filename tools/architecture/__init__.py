"""The pictures of docs/contribute/architecture.md, drawn from the code by `make reference`."""
