//! Facts that need more than Rego: pure, three-valued, without input or output.
