//! Black-box tests of the running product, and of the rules of the workspace.
