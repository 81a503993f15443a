<?php

/** Second half of `install.php connect`: fetches the SOP and tells the sidecar the people, and says what went wrong. */

or_die(Tayang\Plugin::instance()->sop->refresh(), 'sop');
or_die(Tayang\Plugin::instance()->capabilities->sync_all(), 'people');
echo json_encode(['sop' => get_option('tayang_sop')['number'] ?? '']), "\n";
