//! How a process reaches a server: its connections, and the certificates by which it knows whom it talks to.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// What the system trusts, read once.
static SYSTEM: LazyLock<TlsContext> = LazyLock::new(|| trusting(bundle(env::var_os).as_deref()));

/// The system's file of certificates, unless whoever started this process has chosen: the SDK's own way heeds both variables.
fn bundle(variable: impl Fn(&'static str) -> Option<OsString>) -> Option<PathBuf> {
    let chosen = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(variable);
    match chosen {
        [None, None] => openssl_probe::probe().cert_file,
        _ => None,
    }
}

/// Connections with the time-outs of this module.
pub(crate) fn connector() -> Connector {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .build();
    with_settings(settings)
}

pub(crate) fn with_settings(settings: HttpConnectorSettings) -> Connector {
    build(settings, SYSTEM.clone())
}

fn build(settings: HttpConnectorSettings, trusted: TlsContext) -> Connector {
    Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(trusted)
        .build()
}

/// Trusts what one file has. A system keeps its certificates in such a file and, many of them, once more in a folder, each in
/// a file of its own. The SDK's way reads all of it, on Debian for a quarter of the time in which a function starts; it is left
/// for a system without the file, or with one that has something unreadable in it.
fn trusting(bundle: Option<&Path>) -> TlsContext {
    let store = match bundle.and_then(readable) {
        Some(pem) => TrustStore::empty().with_pem_certificate(pem),
        None => TrustStore::default(),
    };
    TlsContext::builder()
        .with_trust_store(store)
        .build()
        .expect("a store is all that it needs")
}

/// The file, if every certificate in it can be used: a connector would panic at one that cannot.
fn readable(bundle: &Path) -> Option<Vec<u8>> {
    let pem = fs::read(bundle).ok()?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .ok()?;
    let (usable, unusable) = RootCertStore::empty().add_parsable_certificates(certificates);
    (usable > 0 && unusable == 0).then_some(pem)
}

#[cfg(test)]
mod tests;
