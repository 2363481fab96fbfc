-- Links by which a supplier answers an enquiry without an account. What is in the link is
-- not kept: it is made of link_id and the installation's key. NULL: no link is valid. A
-- link takes one reply, whose hash tells the same one sent twice.

-- +goose Up

ALTER TABLE invitations ADD COLUMN link_id {{.Blob}};
ALTER TABLE invitations ADD COLUMN reply_hash {{.Blob}};
CREATE UNIQUE INDEX invitations_link ON invitations (link_id) WHERE link_id IS NOT NULL;
