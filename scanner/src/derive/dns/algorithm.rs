//! Which algorithms and digests validators implement.
//!
//! By the column "Implement for DNSSEC Validation" of IANA's registries "DNS Security Algorithm
//! Numbers" and "Digest Algorithms" (RFC 9904 section 3, which took over the tables of RFC 8624
//! sections 3.1 and 3.3): what is MUST or RECOMMENDED there. A DS record with any other is
//! treated as if it were not there (RFC 4035 section 5.2).

/// The digest type of SHA-1 (RFC 4034 appendix A.2).
pub(super) const SHA1: u8 = 1;
/// The digest type of SHA-256 (RFC 4509 section 5).
pub(super) const SHA256: u8 = 2;
/// The digest type of SHA-384 (RFC 6605 section 2).
pub(super) const SHA384: u8 = 4;

/// Whether validators implement a signing algorithm: RSA with SHA-1, SHA-256 and SHA-512, ECDSA on
/// P-256 and P-384, Ed25519 and Ed448.
pub(super) fn is_supported(algorithm: u8) -> bool {
    matches!(algorithm, 5 | 7 | 8 | 10 | 13 | 14 | 15 | 16)
}

/// Whether validators implement a digest algorithm.
pub(super) fn is_supported_digest(digest_type: u8) -> bool {
    matches!(digest_type, SHA1 | SHA256 | SHA384)
}
