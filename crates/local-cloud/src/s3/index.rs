//! What objects exist: a SQLite file whose transactions decide every race.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use s3s::S3ErrorCode;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    blobs::Blob,
    error::{Error, refused},
    integrity::Checksums,
};
use crate::sqlite::{Database, Durability};

/// Keys are blobs so that they sort by bytes, as in S3.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, region TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL REFERENCES buckets, key BLOB NOT NULL, modified INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets, key BLOB NOT NULL, started INTEGER NOT NULL, record TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, number INTEGER NOT NULL, modified INTEGER NOT NULL,
    record TEXT NOT NULL, PRIMARY KEY (upload, number)
) WITHOUT ROWID;
";

/// A bucket; `created` in milliseconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    pub name: String,
    pub region: String,
    pub created: i64,
}

/// What an object carries besides its bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Headers {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub metadata: BTreeMap<String, String>,
}

/// An object, without its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Object {
    /// Without quotes.
    pub etag: String,
    pub headers: Headers,
    pub checksums: Checksums,
    /// Whether the checksums are checksums of the parts' checksums.
    pub composite: bool,
    pub blobs: Vec<Blob>,
    /// Milliseconds since 1970.
    #[serde(skip)]
    pub modified: i64,
}

impl Object {
    /// In bytes.
    pub fn size(&self) -> u64 {
        self.blobs.iter().map(|blob| blob.size).sum()
    }
}

/// What must be true of the present object for it to be replaced or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Any,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match`, without quotes.
    Etag(String),
    /// `If-Match: *`
    Present,
}

impl Condition {
    fn check(&self, present: Option<&Object>) -> Result<(), Error> {
        let failed = || {
            Err(refused(
                S3ErrorCode::PreconditionFailed,
                "At least one of the pre-conditions you specified did not hold",
            ))
        };
        match (self, present) {
            (Self::Any, _) | (Self::Absent, None) | (Self::Present, Some(_)) => Ok(()),
            (Self::Etag(_) | Self::Present, None) => Err(no_such_key()),
            (Self::Etag(expected), Some(object)) if *expected == object.etag => Ok(()),
            _ => failed(),
        }
    }
}

/// A multipart upload; `started` in milliseconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub id: String,
    pub key: String,
    pub started: i64,
    pub record: UploadRecord,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UploadRecord {
    pub headers: Headers,
    pub algorithm: Option<super::integrity::Algorithm>,
}

/// A part of an upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Part {
    /// Its ETag as bytes.
    pub md5: [u8; 16],
    pub checksums: Checksums,
    pub blob: Blob,
    #[serde(skip)]
    pub number: i32,
    #[serde(skip)]
    pub modified: i64,
}

/// The index.
#[derive(Clone)]
pub(super) struct Index {
    database: Database,
}

impl Index {
    pub fn open(path: &Path) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            database: Database::open(path, SCHEMA, Durability::Power)?,
        })
    }

    /// Every blob that an object or a part needs.
    pub fn blobs(&self) -> Result<Vec<Ulid>, Error> {
        self.database.read(|connection| {
            let mut ids = Vec::new();
            each(connection, "SELECT record, modified FROM objects", |row| {
                ids.extend(object(row)?.blobs.iter().map(|blob| blob.id));
                Ok(())
            })?;
            each(connection, "SELECT record, modified, number FROM parts", |row| {
                ids.push(part(row)?.blob.id);
                Ok(())
            })?;
            Ok(ids)
        })
    }

    /// Creates a bucket; `false` if it is there already.
    pub fn create_bucket(&self, bucket: &Bucket) -> Result<bool, Error> {
        self.database.write(|transaction| {
            let sql = "INSERT INTO buckets VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
            Ok(transaction.execute(sql, params![bucket.name, bucket.region, bucket.created])? == 1)
        })
    }

    pub fn buckets(&self) -> Result<Vec<Bucket>, Error> {
        self.database.read(|connection| {
            let mut found = Vec::new();
            each(
                connection,
                "SELECT name, region, created FROM buckets ORDER BY name",
                |row| {
                    found.push(Bucket {
                        name: row.get(0)?,
                        region: row.get(1)?,
                        created: row.get(2)?,
                    });
                    Ok(())
                },
            )?;
            Ok(found)
        })
    }

    pub fn bucket(&self, name: &str) -> Result<Bucket, Error> {
        self.database.read(|connection| bucket(connection, name))
    }

    pub fn delete_bucket(&self, name: &str) -> Result<(), Error> {
        self.database.write(|transaction| {
            bucket(transaction, name)?;
            let objects = "SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1) OR EXISTS (SELECT 1 FROM uploads WHERE bucket = ?1)";
            if transaction.query_row(objects, [name], |row| row.get(0))? {
                return Err(refused(S3ErrorCode::BucketNotEmpty, "The bucket you tried to delete is not empty"));
            }
            transaction.execute("DELETE FROM buckets WHERE name = ?", [name])?;
            Ok(())
        })
    }

    /// Finds an object; `hold` runs while no other call can replace it.
    pub fn object<T>(
        &self,
        bucket_name: &str,
        key: &str,
        hold: impl FnOnce(&Object) -> T,
    ) -> Result<(Object, T), Error> {
        self.database.read(|connection| {
            let Some(found) = find(connection, bucket_name, key)? else {
                bucket(connection, bucket_name)?;
                return Err(no_such_key());
            };
            let held = hold(&found);
            Ok((found, held))
        })
    }

    /// Puts an object if the condition holds. Returns the blobs of the one that it replaced.
    pub fn put(
        &self,
        bucket_name: &str,
        key: &str,
        object: &Object,
        condition: &Condition,
    ) -> Result<Vec<Blob>, Error> {
        self.database
            .write(|transaction| put(transaction, bucket_name, key, object, condition))
    }

    /// Deletes an object if the condition holds; none is fine. Returns its blobs.
    pub fn delete(&self, bucket_name: &str, key: &str, condition: &Condition) -> Result<Vec<Blob>, Error> {
        self.database.write(|transaction| {
            bucket(transaction, bucket_name)?;
            let found = find(transaction, bucket_name, key)?;
            condition.check(found.as_ref())?;
            transaction.execute(
                "DELETE FROM objects WHERE bucket = ? AND key = ?",
                params![bucket_name, key.as_bytes()],
            )?;
            Ok(found.map(|object| object.blobs).unwrap_or_default())
        })
    }

    /// Calls `each` with objects in the order of their keys' bytes, from `start` on. It answers where to go on, if not
    /// at the next key, or ends the listing.
    pub fn scan(
        &self,
        bucket_name: &str,
        start: Vec<u8>,
        mut each: impl FnMut(String, Object) -> Scan,
    ) -> Result<(), Error> {
        self.database.read(|connection| {
            bucket(connection, bucket_name)?;
            let sql = "SELECT record, modified, key FROM objects WHERE bucket = ? AND key >= ? ORDER BY key";
            let mut statement = connection.prepare_cached(sql)?;
            let mut from = start;
            'seek: loop {
                let mut rows = statement.query(params![bucket_name, from])?;
                while let Some(row) = rows.next()? {
                    match each(key_of(row, 2)?, object(row)?) {
                        Scan::Next => {}
                        Scan::Seek(next) => {
                            from = next;
                            continue 'seek;
                        }
                        Scan::End => return Ok(()),
                    }
                }
                return Ok(());
            }
        })
    }

    pub fn start_upload(&self, bucket_name: &str, upload: &Upload) -> Result<(), Error> {
        let record = serde_json::to_string(&upload.record)?;
        self.database.write(|transaction| {
            bucket(transaction, bucket_name)?;
            let sql = "INSERT INTO uploads VALUES (?, ?, ?, ?, ?)";
            transaction.execute(
                sql,
                params![
                    upload.id,
                    bucket_name,
                    upload.key.as_bytes(),
                    upload.started,
                    record
                ],
            )?;
            Ok(())
        })
    }

    pub fn upload(&self, bucket_name: &str, key: &str, id: &str) -> Result<Upload, Error> {
        self.database
            .read(|connection| upload(connection, bucket_name, key, id))
    }

    /// The uploads of a bucket under a prefix, by key and age.
    pub fn uploads(&self, bucket_name: &str, prefix: &str) -> Result<Vec<Upload>, Error> {
        self.database.read(|connection| {
            bucket(connection, bucket_name)?;
            let mut found = Vec::new();
            let mut statement = connection
                .prepare("SELECT record, started, key, id FROM uploads WHERE bucket = ? ORDER BY key, id")?;
            let mut rows = statement.query([bucket_name])?;
            while let Some(row) = rows.next()? {
                found.push(upload_of(row)?);
            }
            found.retain(|upload| upload.key.starts_with(prefix));
            Ok(found)
        })
    }

    /// Puts a part. Returns the blob of the one that it replaced.
    pub fn put_part(
        &self,
        bucket_name: &str,
        key: &str,
        id: &str,
        part: &Part,
    ) -> Result<Option<Blob>, Error> {
        let record = serde_json::to_string(part)?;
        self.database.write(|transaction| {
            upload(transaction, bucket_name, key, id)?;
            let replaced = parts(transaction, id)?
                .into_iter()
                .find(|other| other.number == part.number);
            let sql = "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)";
            transaction.execute(sql, params![id, part.number, part.modified, record])?;
            Ok(replaced.map(|part| part.blob))
        })
    }

    /// The parts of an upload, by number.
    pub fn parts(&self, bucket_name: &str, key: &str, id: &str) -> Result<Vec<Part>, Error> {
        self.database.read(|connection| {
            upload(connection, bucket_name, key, id)?;
            parts(connection, id)
        })
    }

    /// Ends an upload: `assemble` makes the object of its parts, which is put if the condition holds. Returns what
    /// `assemble` did, and the blobs that are no longer needed.
    pub fn complete_upload(
        &self,
        bucket_name: &str,
        key: &str,
        id: &str,
        condition: &Condition,
        assemble: impl FnOnce(&Upload, Vec<Part>) -> Result<Object, Error>,
    ) -> Result<(Object, Vec<Blob>), Error> {
        self.database.write(|transaction| {
            let upload = upload(transaction, bucket_name, key, id)?;
            let all = parts(transaction, id)?;
            let object = assemble(&upload, all.clone())?;
            let mut unused = put(transaction, bucket_name, key, &object, condition)?;
            unused.extend(
                all.into_iter()
                    .map(|part| part.blob)
                    .filter(|blob| !object.blobs.contains(blob)),
            );
            transaction.execute("DELETE FROM uploads WHERE id = ?", [id])?;
            Ok((object, unused))
        })
    }

    /// Gives an upload up. Returns the blobs of its parts.
    pub fn abort_upload(&self, bucket_name: &str, key: &str, id: &str) -> Result<Vec<Blob>, Error> {
        self.database.write(|transaction| {
            upload(transaction, bucket_name, key, id)?;
            let unused = parts(transaction, id)?
                .into_iter()
                .map(|part| part.blob)
                .collect();
            transaction.execute("DELETE FROM uploads WHERE id = ?", [id])?;
            Ok(unused)
        })
    }
}

/// How a scan goes on.
pub(super) enum Scan {
    Next,
    Seek(Vec<u8>),
    End,
}

fn no_such_key() -> Error {
    refused(S3ErrorCode::NoSuchKey, "The specified key does not exist.")
}

fn bucket(connection: &Connection, name: &str) -> Result<Bucket, Error> {
    let sql = "SELECT region, created FROM buckets WHERE name = ?";
    let found = connection.prepare_cached(sql)?.query_row([name], |row| {
        Ok(Bucket {
            name: name.to_owned(),
            region: row.get(0)?,
            created: row.get(1)?,
        })
    });
    found
        .optional()?
        .ok_or_else(|| refused(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist"))
}

fn find(connection: &Connection, bucket: &str, key: &str) -> Result<Option<Object>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT record, modified FROM objects WHERE bucket = ? AND key = ?")?;
    let mut rows = statement.query(params![bucket, key.as_bytes()])?;
    rows.next()?.map(object).transpose()
}

fn put(
    transaction: &Transaction<'_>,
    bucket_name: &str,
    key: &str,
    object: &Object,
    condition: &Condition,
) -> Result<Vec<Blob>, Error> {
    bucket(transaction, bucket_name)?;
    let present = find(transaction, bucket_name, key)?;
    condition.check(present.as_ref())?;
    let record = serde_json::to_string(object)?;
    let sql = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)";
    transaction.execute(sql, params![bucket_name, key.as_bytes(), object.modified, record])?;
    Ok(present.map(|object| object.blobs).unwrap_or_default())
}

fn upload(connection: &Connection, bucket_name: &str, key: &str, id: &str) -> Result<Upload, Error> {
    bucket(connection, bucket_name)?;
    let sql = "SELECT record, started, key, id FROM uploads WHERE id = ? AND bucket = ? AND key = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, bucket_name, key.as_bytes()])?;
    match rows.next()? {
        Some(row) => upload_of(row),
        None => Err(refused(
            S3ErrorCode::NoSuchUpload,
            "The specified multipart upload does not exist.",
        )),
    }
}

fn parts(connection: &Connection, id: &str) -> Result<Vec<Part>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT record, modified, number FROM parts WHERE upload = ? ORDER BY number")?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(part(row)?);
    }
    Ok(found)
}

fn object(row: &Row<'_>) -> Result<Object, Error> {
    let object: Object = serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Object {
        modified: row.get(1)?,
        ..object
    })
}

fn part(row: &Row<'_>) -> Result<Part, Error> {
    let part: Part = serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Part {
        modified: row.get(1)?,
        number: row.get(2)?,
        ..part
    })
}

fn upload_of(row: &Row<'_>) -> Result<Upload, Error> {
    let record = serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Upload {
        record,
        started: row.get(1)?,
        key: key_of(row, 2)?,
        id: row.get(3)?,
    })
}

fn key_of(row: &Row<'_>, column: usize) -> Result<String, Error> {
    let bytes: Vec<u8> = row.get(column)?;
    String::from_utf8(bytes).map_err(|error| Error::Index(rusqlite::Error::Utf8Error(error.utf8_error())))
}

fn each(
    connection: &Connection,
    sql: &str,
    mut visit: impl FnMut(&Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        visit(row)?;
    }
    Ok(())
}
