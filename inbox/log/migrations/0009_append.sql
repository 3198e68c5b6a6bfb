-- (filled by what needs it)
SELECT 1;
