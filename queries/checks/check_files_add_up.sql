-- Files whose rows in are not loaded + unchanged + rejected.
-- Grain: one row per file. Reads: files.
create or replace view check_files_add_up as
select
    file_id,
    file_name,
    rows_in,
    loaded,
    unchanged,
    rejected
from files
where rows_in is distinct from loaded + unchanged + rejected;

comment on view check_files_add_up is 'Files whose rows in are not loaded + unchanged + rejected.';
comment on column check_files_add_up.file_id is 'Key of the file.';
comment on column check_files_add_up.file_name is 'Name of the file.';
comment on column check_files_add_up.rows_in is 'Records found.';
comment on column check_files_add_up.loaded is 'Records loaded.';
comment on column check_files_add_up.unchanged is 'Records known already.';
comment on column check_files_add_up.rejected is 'Records rejected.';
