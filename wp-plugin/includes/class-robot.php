<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * The user as whom the sidecar comes: role Tayang, one application password, nothing else. Made by pairing; one that an
 * administrator made by hand is used again.
 */
final class Robot
{
    private const NAME = 'Tayang';

    /** The robot of this site, or null. */
    public static function find(): ?\WP_User
    {
        $found = get_users(['role' => Capabilities::ROBOT, 'number' => 1, 'orderby' => 'ID']);
        return $found[0] ?? null;
    }

    /** The robot of this site; made when there is none. */
    public static function ensure(): \WP_User|\WP_Error
    {
        Capabilities::add_robot_role();
        $robot = self::find();
        if ($robot) {
            return $robot;
        }
        $id = wp_insert_user([
            'user_login' => self::free_login(),
            'user_pass' => wp_generate_password(64),
            'display_name' => self::NAME,
            'nickname' => self::NAME,
            'description' => __('The Tayang server comes as this user. Do not delete it, and give it no other role.', 'tayang'),
            'role' => Capabilities::ROBOT,
        ]);
        if (is_wp_error($id)) {
            return $id;
        }
        if (is_multisite()) {
            add_user_to_blog(get_current_blog_id(), $id, Capabilities::ROBOT);
        }
        return get_userdata($id);
    }

    /**
     * Why the robot cannot have an application password here, and how to mend it; empty when it can.
     * Source: wp_is_application_passwords_available().
     */
    public static function obstacle(?\WP_User $robot = null): string
    {
        if (!wp_is_application_passwords_supported()) {
            return __('This site is not served by https, and WordPress gives application passwords only there. Install a certificate and change the site’s address to https:// under Settings → General. (A test site may set WP_ENVIRONMENT_TYPE to local in wp-config.php.)', 'tayang');
        }
        if (!wp_is_application_passwords_available()) {
            return __('A plugin or the host has switched application passwords off (filter wp_is_application_passwords_available). Allow them in that plugin’s settings (security plugins have such a switch), at least for the user of Tayang.', 'tayang');
        }
        if ($robot && !wp_is_application_passwords_available_for_user($robot)) {
            return __('A plugin has switched application passwords off for the user of Tayang (filter wp_is_application_passwords_available_for_user). Allow them for it.', 'tayang');
        }
        return '';
    }

    /**
     * A new application password. What it replaces stays good until `keep_only`.
     *
     * @return array{password: string, uuid: string}|\WP_Error
     */
    public static function new_password(\WP_User $robot): array|\WP_Error
    {
        // WordPress wants names that differ.
        $name = self::NAME . ' ' . wp_date('Y-m-d H:i:s');
        $made = \WP_Application_Passwords::create_new_application_password($robot->ID, ['name' => $name]);
        return is_wp_error($made) ? $made : ['password' => $made[0], 'uuid' => $made[1]['uuid']];
    }

    /** Revokes every other application password of the robot. */
    public static function keep_only(\WP_User $robot, string $uuid): void
    {
        foreach (\WP_Application_Passwords::get_user_application_passwords($robot->ID) as $one) {
            if ($one['uuid'] !== $uuid) {
                \WP_Application_Passwords::delete_application_password($robot->ID, $one['uuid']);
            }
        }
    }

    /** When the sidecar last came, as WordPress noted it (once a day), as a unix time; 0 for never. */
    public static function last_seen(\WP_User $robot): int
    {
        $used = array_column(\WP_Application_Passwords::get_user_application_passwords($robot->ID), 'last_used');
        return (int) max([0, ...array_map('intval', $used)]);
    }

    private static function free_login(): string
    {
        $login = is_main_site() ? 'tayang' : 'tayang-' . get_current_blog_id();
        for ($number = 2; username_exists($login); $number++) {
            $login = preg_replace('/_\d+$/', '', $login) . "_$number";
        }
        return $login;
    }
}
