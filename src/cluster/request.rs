//! Requests as kube sends them, and their answers as bytes.

use futures_util::StreamExt as _;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use kube::client::Body;

use super::error::{Asked, Unreadable};
use crate::Value;

const JSON: &str = "application/json";
/// What asks a server for the metadata of a list's objects; one that does not know it answers with all of them.
const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// The request for what is asked.
pub(super) fn request(asked: &Asked, body: Option<&Value>) -> Result<Request<Body>, http::Error> {
    let builder = Request::builder().uri(&asked.path).header(header::ACCEPT, if asked.metadata_only { METADATA } else { JSON });
    match body {
        Some(body) => builder.method("POST").header(header::CONTENT_TYPE, JSON).body(body.to_string().into_bytes().into()),
        None => builder.body(Body::empty()),
    }
}

/// Status and bytes of an answer, which has no more bytes than `most`.
pub(super) async fn read(response: Response<Body>, most: usize) -> Result<(u16, Vec<u8>), Unreadable> {
    let status = response.status().as_u16();
    match Limited::new(response.into_body(), most).collect().await {
        Ok(body) => Ok((status, body.to_bytes().to_vec())),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLong),
        Err(error) => Err(Unreadable::Broken(error)),
    }
}

/// The results of these, in their order; no more than `most` run at once.
pub(super) async fn at_once<F: Future>(most: usize, all: impl Iterator<Item = F>) -> Vec<F::Output> {
    futures_util::stream::iter(all).buffered(most).collect().await
}
