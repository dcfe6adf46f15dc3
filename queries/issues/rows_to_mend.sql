-- Rejected rows as they stand in their file, once each, with the header that makes a file of them again.
-- Grain: one row per rejected row. Reads: rejects, files.
create or replace view rows_to_mend as
select
    files.file_id,
    files.file_name,
    files.header_text,
    rejects.line,
    any_value(rejects.raw_text) as raw_text
from rejects
inner join files on rejects.file_id = files.file_id
group by files.file_id, files.file_name, files.header_text, rejects.line;

comment on view rows_to_mend is 'Rejected rows as they stand in their file, to be mended and loaded again.';
comment on column rows_to_mend.file_id is 'File they stand in.';
comment on column rows_to_mend.file_name is 'Its name.';
comment on column rows_to_mend.header_text is 'Its header line; NULL when its rows are JSON documents.';
comment on column rows_to_mend.line is 'Line of the file, the first is 1.';
comment on column rows_to_mend.raw_text is 'The row as it stands in the file.';
