-- Order lines that pass the filters that lines have; causes, families and parties are not among them.
-- Grain: one row per order line. Reads: lines.
create or replace view int_matching_lines as
select *
from lines
where
    passes_line(lines);
