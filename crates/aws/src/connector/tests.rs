use std::sync::Arc;

use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector as _, HttpConnectorSettings},
        orchestrator::HttpRequest,
    },
    http::Request,
};
use aws_smithy_types::error::display::DisplayErrorContext;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

#[tokio::test]
async fn a_server_is_known_by_the_authorities_of_the_file() {
    let (ours, another, foreign) = (authority("ours"), authority("another"), authority("foreign"));
    let folder = TempDir::new().unwrap();
    let bundle = file(&folder, &(another.pem() + &ours.pem()));

    assert_eq!(asked(serve(&ours).await, &bundle).await.unwrap(), 204);
    let refused = asked(serve(&foreign).await, &bundle).await.unwrap_err();
    assert!(refused.contains("UnknownIssuer"), "{refused}");
}

#[test]
fn a_file_is_taken_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let good = authority("ours").pem();
    assert_eq!(readable(&file(&folder, &good)), Some(good.clone().into_bytes()));

    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut_off = &good[..good.len() / 2];
    for bad in ["", "no certificate", no_certificate, cut_off] {
        assert_eq!(readable(&file(&folder, bad)), None, "{bad:?}");
    }
    for bad in [no_certificate, cut_off] {
        assert_eq!(readable(&file(&folder, &format!("{good}{bad}"))), None, "{bad:?}");
    }
    assert_eq!(readable(&folder.path().join("missing")), None);
}

#[test]
fn who_was_told_whom_to_trust_does_not_look_elsewhere() {
    for told in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        // Also where there is nothing, and where it is a list.
        let variable = |name| (name == told).then(|| "/nowhere:/nor/here".into());
        assert_eq!(bundle(variable), None, "{told}");
    }
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn file(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("bundle.pem");
    fs::write(&path, text).unwrap();
    path
}

/// Answers each request with a 204 at `localhost`, as one whom the authority knows; the port.
async fn serve(by: &Authority) -> u16 {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, by).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // Whoever does not trust it hangs up in the middle of this.
            let Ok(mut connection) = acceptor.accept(connection).await else {
                continue;
            };
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(connection.read_u8().await.unwrap());
            }
            connection
                .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
                .unwrap();
        }
    });
    port
}

/// The status that the server answers to whoever trusts the file, or why it was not asked.
async fn asked(port: u16, bundle: &Path) -> Result<u16, String> {
    let connector = build(HttpConnectorSettings::default(), trusting(Some(bundle)));
    let mut request: HttpRequest = Request::new("".into());
    request.set_uri(format!("https://localhost:{port}/")).unwrap();
    let answer = connector.call(request).await;
    let answer = answer.map_err(|error| DisplayErrorContext(error).to_string())?;
    Ok(answer.status().as_u16())
}
