PRAGMA application_id = 1095586899;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE file (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "file" VALUES('gone.tmx','ddf684c75a1acaeb5f9b8d2a4b6a0fda392fbe1ee5f95ff6d82fb1023c17baaa');
INSERT INTO "file" VALUES('listed.tmx','66a906127b84b72aaf4c4a5fbb38d6249ea0665268d4d13059e4bc0a70a517bc');
CREATE TABLE origin (
    path TEXT NOT NULL, unit INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (path, unit)
) WITHOUT ROWID;
INSERT INTO "origin" VALUES('',1,'b4d4155c6466bd71e8c15d4b9d8a732d');
INSERT INTO "origin" VALUES('',5,'c1d4a269ea3cdc1fa3eb4aa75f40c808');
INSERT INTO "origin" VALUES('',6,'b5be344366c3c4826c349ff8d7c66404');
INSERT INTO "origin" VALUES('',7,'779c3411e9f079cdca234269f52731c6');
INSERT INTO "origin" VALUES('',8,'700da7ab72369aa471d8286ba63a617a');
INSERT INTO "origin" VALUES('',9,'72e5a5509673bacaf3d7636c10d6756d');
INSERT INTO "origin" VALUES('gone.tmx',2,'39ad393e27822277286f4557e0d083a9');
INSERT INTO "origin" VALUES('gone.tmx',4,'ebc85870b08e5baf6235e122ed89095a');
INSERT INTO "origin" VALUES('listed.tmx',1,'e02d4c31c4139c2de32ed9212d1d29a9');
INSERT INTO "origin" VALUES('listed.tmx',2,'39ad393e27822277286f4557e0d083a9');
INSERT INTO "origin" VALUES('listed.tmx',3,'f398c9f42b57d618ac250b5e5a4847dc');
CREATE TABLE refusal (
    source_language TEXT NOT NULL, target_language TEXT NOT NULL,
    key TEXT NOT NULL, maker TEXT NOT NULL,
    finding TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (source_language, target_language, maker, key)
) WITHOUT ROWID
;
INSERT INTO "refusal" VALUES('en','de','Refused.','amazon:1','codes','warning','the engine damaged the markup');
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    source_language TEXT NOT NULL, target_language TEXT NOT NULL,
    key TEXT NOT NULL, maker TEXT NOT NULL,
    source TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL,
    document TEXT NOT NULL, line INTEGER, replaced TEXT NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL,
    UNIQUE (source_language, target_language, key, maker)
);
INSERT INTO "unit" VALUES(1,'en','de','Corrected since.','human','Corrected since.','Verbessert.','reviewed','',NULL,'',1796052337,1700000000);
INSERT INTO "unit" VALUES(2,'en','de','In both files.','human','In both files.','In beiden.','reviewed','',NULL,'',1796052337,1796052337);
INSERT INTO "unit" VALUES(3,'en','de','Only in the file.','human','Only in the file.','Nur in der Datei.','reviewed','',NULL,'',1796052337,1796052337);
INSERT INTO "unit" VALUES(4,'en','de','Its file is gone.','human','Its file is gone.','Deren Datei ist fort.','approved','',NULL,'',1796052337,1796052337);
INSERT INTO "unit" VALUES(5,'en','de','By hand alone.','human','By hand alone.','Nur von Hand.','reviewed','intro',7,'',1700000000,1700000000);
INSERT INTO "unit" VALUES(6,'en','de','To be looked at.','human','To be looked at.','Anzusehen.','needs-review','',NULL,'',1700000000,1700000000);
INSERT INTO "unit" VALUES(7,'en','de','By a machine.','amazon:1','By a machine.','Von einer Maschine.','machine','',NULL,'',1700000000,1700000000);
INSERT INTO "unit" VALUES(8,'en','de','Corrected since.','amazon:1','Corrected since.','Maschine.','machine','',NULL,'',1700000000,1700000000);
INSERT INTO "unit" VALUES(9,'en','de','A first sentence. A second one.','human','A first sentence. A second one.','Ein erster Satz. Ein zweiter.','reviewed','',NULL,'',1700000000,1700000000);
CREATE INDEX origin_unit ON origin (unit);
COMMIT;
