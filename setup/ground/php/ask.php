<?php
// Ask WordPress as its editor does, as a user: what he may is judged as ever.
require getcwd() . '/wp-load.php';
$asked = json_decode(stream_get_contents(STDIN), true);
wp_set_current_user(get_user_by('login', $asked['user'])->ID);
$request = new WP_REST_Request('POST', $asked['route']);
$request->set_body_params($asked['values']);
$answer = rest_do_request($request);
echo json_encode($answer->get_data());
exit($answer->is_error() ? 1 : 0);
