//! Checksums: what a caller promised about bytes, and what they turned out to be.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderMap;
use s3s::{
    S3ErrorCode,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256},
};
use serde::{Deserialize, Serialize};

use super::error::{Error, refused};

/// S3's checksum algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// As in `x-amz-checksum-algorithm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }
}

/// Checksums in base64, by algorithm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checksums(BTreeMap<Algorithm, String>);

impl Checksums {
    pub fn of(headers: &HeaderMap) -> Self {
        let value = |algorithm: Algorithm| {
            headers
                .get(algorithm.header())
                .and_then(|value| value.to_str().ok())
        };
        Self(
            Algorithm::ALL
                .into_iter()
                .filter_map(|one| Some((one, value(one)?.to_owned())))
                .collect(),
        )
    }

    pub fn get(&self, algorithm: Algorithm) -> Option<String> {
        self.0.get(&algorithm).cloned()
    }

    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.0.keys().copied()
    }

    /// The checksum of an object of several parts: the checksum of the parts' checksums, and how many there are.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>
    pub fn composite(algorithm: Algorithm, parts: &[&Self]) -> Option<Self> {
        let mut digests = Vec::new();
        for part in parts {
            digests.extend(STANDARD.decode(part.0.get(&algorithm)?).ok()?);
        }
        let mut hasher = hasher_of([algorithm]);
        hasher.update(&digests);
        let whole = Self::from_hasher(hasher).get(algorithm)?;
        Some(Self(BTreeMap::from([(
            algorithm,
            format!("{whole}-{}", parts.len()),
        )])))
    }

    /// Refuses if one of `promised` is not what was found.
    pub fn check(&self, promised: &Self) -> Result<(), Error> {
        for (algorithm, promise) in &promised.0 {
            if self.0.get(algorithm) != Some(promise) {
                let message = format!(
                    "The {} you specified did not match the calculated checksum.",
                    algorithm.name()
                );
                return Err(refused(S3ErrorCode::BadDigest, message));
            }
        }
        Ok(())
    }

    fn from_hasher(hasher: ChecksumHasher) -> Self {
        let found = hasher.finalize();
        let pairs = [
            (Algorithm::Crc32, found.checksum_crc32),
            (Algorithm::Crc32c, found.checksum_crc32c),
            (Algorithm::Crc64Nvme, found.checksum_crc64nvme),
            (Algorithm::Sha1, found.checksum_sha1),
            (Algorithm::Sha256, found.checksum_sha256),
        ];
        Self(
            pairs
                .into_iter()
                .filter_map(|(algorithm, sum)| Some((algorithm, sum?)))
                .collect(),
        )
    }
}

/// Watches the bytes of an upload go by.
pub(super) struct Inspection {
    md5: Md5,
    hasher: ChecksumHasher,
    promised: Checksums,
    promised_md5: Option<String>,
}

impl Inspection {
    /// Reads from the headers what the caller promises, now or in the trailer; by default CRC64NVME, as on AWS.
    pub fn of(headers: &HeaderMap, wanted: Option<Algorithm>) -> Self {
        let promised = Checksums::of(headers);
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let trailers = text("x-amz-trailer").unwrap_or("");
        let trailing = Algorithm::ALL
            .into_iter()
            .filter(|one| trailers.split(',').any(|name| name.trim() == one.header()));
        let mut algorithms: Vec<_> = promised.algorithms().chain(trailing).chain(wanted).collect();
        if algorithms.is_empty() {
            algorithms.push(Algorithm::Crc64Nvme);
        }
        let promised_md5 = text("content-md5").map(str::to_owned);
        Self {
            md5: Md5::new(),
            hasher: hasher_of(algorithms),
            promised,
            promised_md5,
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.hasher.update(bytes);
    }

    /// Compares with what was promised. Returns the MD5, which is the bytes' ETag, and the checksums.
    pub fn finish(self, trailers: Option<&HeaderMap>) -> Result<([u8; 16], Checksums), Error> {
        let md5 = self.md5.finalize();
        if self
            .promised_md5
            .is_some_and(|promise| promise != STANDARD.encode(md5))
        {
            return Err(refused(
                S3ErrorCode::BadDigest,
                "The Content-MD5 you specified did not match what we received.",
            ));
        }
        let found = Checksums::from_hasher(self.hasher);
        found.check(&self.promised)?;
        if let Some(trailers) = trailers {
            found.check(&Checksums::of(trailers))?;
        }
        Ok((md5, found))
    }
}

fn hasher_of(algorithms: impl IntoIterator<Item = Algorithm>) -> ChecksumHasher {
    let mut hasher = ChecksumHasher::default();
    for algorithm in algorithms {
        match algorithm {
            Algorithm::Crc32 => hasher.crc32 = Some(Crc32::new()),
            Algorithm::Crc32c => hasher.crc32c = Some(Crc32c::new()),
            Algorithm::Crc64Nvme => hasher.crc64nvme = Some(Crc64Nvme::new()),
            Algorithm::Sha1 => hasher.sha1 = Some(Sha1::new()),
            Algorithm::Sha256 => hasher.sha256 = Some(Sha256::new()),
        }
    }
    hasher
}
