-- Rows that were not loaded, each with its line, its reason and its own text, to be mended and loaded again.
-- Grain: one row per rejected row and reason. Reads: rejects, files.
create or replace view data_rejects as
select
    files.file_name,
    rejects.line,
    rejects.row_number,
    rejects.column_name,
    rejects.value,
    rejects.reason,
    rejects.params,
    rejects.raw_text
from rejects
left join files on rejects.file_id = files.file_id
order by files.file_name, rejects.line, rejects.column_name;

comment on view data_rejects is 'Rows that were not loaded, with the reason and their own text.';
comment on column data_rejects.file_name is 'File it stands in.';
comment on column data_rejects.line is 'Line of the file, the first is 1.';
comment on column data_rejects.row_number is 'Record of the file, the first is 1, header not counted.';
comment on column data_rejects.column_name is 'Column at fault; NULL when it is the row as a whole.';
comment on column data_rejects.value is 'What stands there.';
comment on column data_rejects.reason is 'Reason, as a code.';
comment on column data_rejects.params is 'What the reason is about.';
comment on column data_rejects.raw_text is 'The row as it stands in the file.';
