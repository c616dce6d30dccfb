ALTER TABLE company ADD COLUMN phone_hours TEXT;
