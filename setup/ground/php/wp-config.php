<?php
// Of a WordPress that runs for a while: where it lies says who starts it.
$table_prefix = 'wp_';
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:' . getenv('AFTERSALES_WORDPRESS_SOCKET'));
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', getenv('AFTERSALES_WORDPRESS_URL'));
define('WP_SITEURL', WP_HOME);
define('DISABLE_WP_CRON', true);
define('DISALLOW_FILE_MODS', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('WP_POST_REVISIONS', false);
require_once ABSPATH . 'wp-settings.php';
