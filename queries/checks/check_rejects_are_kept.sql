-- Files that rejected rows of which not all can be shown.
-- Grain: one row per file. Reads: files, rejects.
create or replace view check_rejects_are_kept as
with kept as (
    select
        file_id,
        count(distinct coalesce(row_number, -line)) as kept_count
    from rejects
    group by file_id
)

select
    files.file_id,
    files.file_name,
    files.rejected,
    coalesce(kept.kept_count, 0) as kept_count
from files
left join kept on files.file_id = kept.file_id
where files.status = 'loaded' and files.rejected <> coalesce(kept.kept_count, 0);

comment on view check_rejects_are_kept is 'Files that rejected rows of which not all can be shown.';
comment on column check_rejects_are_kept.file_id is 'Key of the file.';
comment on column check_rejects_are_kept.file_name is 'Name of the file.';
comment on column check_rejects_are_kept.rejected is 'Rows it rejected.';
comment on column check_rejects_are_kept.kept_count is 'Rejected rows that can be shown.';
