<?php
// Set up a site with an administrator and an author.
define('WP_INSTALLING', true);
function wp_new_blog_notification()
{
    // Nobody is told.
}
require getcwd() . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Machines & More', 'admin', 'admin@machines.example', true, '', 'admin');
$author = [
    'user_login' => 'author',
    'user_pass' => 'author',
    'user_email' => 'author@machines.example',
    'role' => 'author',
];
exit(is_wp_error(wp_insert_user($author)) ? 1 : 0);
