-- Every file that was read, newest first. Rows in = loaded + unchanged + rejected.
-- Grain: one row per file. Reads: files.
create or replace view data_files as
select
    file_id,
    file_name,
    source,
    kinds,
    account,
    size_bytes,
    status,
    message_code,
    message_params,
    warnings,
    coalesce(json_array_length(warnings), 0)::bigint as warning_count,
    rows_in,
    loaded,
    unchanged,
    rejected,
    as_of,
    first_loaded_at,
    loaded_at
from files
order by loaded_at desc, file_name, file_id;

comment on view data_files is 'Every file that was read: rows in = loaded + unchanged + rejected.';
comment on column data_files.file_id is 'Key of the file.';
comment on column data_files.file_name is 'Name of the file, and of the sheet in it.';
comment on column data_files.source is 'What it was recognised as; NULL when it was not.';
comment on column data_files.kinds is 'Kinds of records found in it.';
comment on column data_files.account is 'Shop or helpdesk account it was loaded for.';
comment on column data_files.size_bytes is 'Size in bytes.';
comment on column data_files.status is 'loaded or refused.';
comment on column data_files.message_code is 'Why it was refused, as a code.';
comment on column data_files.message_params is 'What that message is about.';
comment on column data_files.warnings is 'Warnings, as codes with what they are about.';
comment on column data_files.warning_count is 'How many warnings.';
comment on column data_files.rows_in is 'Records found in it.';
comment on column data_files.loaded is 'Records that were new or newer.';
comment on column data_files.unchanged is 'Records that were known already.';
comment on column data_files.rejected is 'Records that could not be read; see data_rejects.';
comment on column data_files.as_of is 'Latest event it tells of (UTC).';
comment on column data_files.first_loaded_at is 'When it was first loaded (UTC).';
comment on column data_files.loaded_at is 'When it was last loaded (UTC).';
