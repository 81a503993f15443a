<?php

/** Second half of `install.php connect`: asks the sidecar for the SOP and tells it the people, as the plugin does. */

do_action('tayang_connect');
