//! Uploads in parts.

use super::*;

pub async fn uploads(client: &Client, seen: &mut Transcript) {
    let id = client
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("u")
        .content_type("text/x")
        .send()
        .await
        .unwrap()
        .upload_id
        .unwrap();
    let part = |number: i32, body: Vec<u8>| {
        client
            .upload_part()
            .bucket(BUCKET)
            .key("u")
            .upload_id(&id)
            .part_number(number)
            .body(body.into())
            .send()
    };
    let mut etags = Vec::new();
    for (number, size) in [(1, PART), (2, 10), (3, 20)] {
        etags.push(part(number, vec![b'x'; size]).await.unwrap().e_tag.unwrap());
    }
    seen.insert("a part", etags[1].clone());
    let listed = match client
        .list_parts()
        .bucket(BUCKET)
        .key("u")
        .upload_id(&id)
        .send()
        .await
    {
        Ok(listed) => {
            let sizes: Vec<_> = listed
                .parts()
                .iter()
                .map(|part| (part.part_number(), part.size()))
                .collect();
            format!("{sizes:?} {:?}", listed.is_truncated())
        }
        Err(error) => code(&error),
    };
    seen.insert("list parts", listed);
    let completed = |number: usize| {
        CompletedPart::builder()
            .part_number(i32::try_from(number).unwrap())
            .e_tag(&etags[number - 1])
            .build()
    };
    let complete = |parts: Vec<CompletedPart>| {
        let chosen = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        client
            .complete_multipart_upload()
            .bucket(BUCKET)
            .key("u")
            .upload_id(&id)
            .multipart_upload(chosen)
            .send()
    };
    let outcome = |parts: Vec<CompletedPart>| async {
        complete(parts)
            .await
            .map_or_else(|error| code(&error), |done| format!("{:?}", done.e_tag()))
    };
    seen.insert(
        "complete in the wrong order",
        outcome(vec![completed(2), completed(1)]).await,
    );
    let unknown = CompletedPart::builder().part_number(7).e_tag(&etags[0]).build();
    seen.insert(
        "complete with an unknown part",
        outcome(vec![completed(1), unknown]).await,
    );
    let wrong = CompletedPart::builder().part_number(2).e_tag(&etags[0]).build();
    seen.insert(
        "complete with a wrong ETag",
        outcome(vec![completed(1), wrong]).await,
    );
    seen.insert(
        "complete with a small part",
        outcome(vec![completed(1), completed(2), completed(3)]).await,
    );
    seen.insert("complete", outcome(vec![completed(1), completed(2)]).await);
    let head = client.head_object().bucket(BUCKET).key("u").send().await.unwrap();
    seen.insert(
        "head of an upload",
        format!(
            "{:?} {:?} {:?}",
            head.content_length(),
            head.e_tag(),
            head.content_type()
        ),
    );
    let gone = part(1, vec![1]).await;
    seen.insert("a part of an upload that is gone", refusal(gone));
    let abort = client
        .abort_multipart_upload()
        .bucket(BUCKET)
        .key("u")
        .upload_id("none")
        .send()
        .await;
    seen.insert("abort what is not there", refusal(abort));
    let id = client
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("v")
        .send()
        .await
        .unwrap()
        .upload_id
        .unwrap();
    let listed = client
        .list_multipart_uploads()
        .bucket(BUCKET)
        .send()
        .await
        .unwrap();
    seen.insert(
        "list uploads",
        format!(
            "{:?}",
            listed
                .uploads()
                .iter()
                .map(|upload| upload.key())
                .collect::<Vec<_>>()
        ),
    );
    client
        .abort_multipart_upload()
        .bucket(BUCKET)
        .key("v")
        .upload_id(&id)
        .send()
        .await
        .unwrap();
    let zero = client
        .upload_part()
        .bucket(BUCKET)
        .key("v")
        .upload_id(&id)
        .part_number(1)
        .body(vec![1].into())
        .send()
        .await;
    seen.insert("a part after the abort", refusal(zero));
}
